-- Every episode of a run of legal status L1 that lasts longer than the law allows.
select 'episode' as table_id, row_id from status_run where legal_status_code = 'L1' and run_days > police_protection_hours() / 24
