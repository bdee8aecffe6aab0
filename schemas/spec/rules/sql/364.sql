-- Every episode of a run of legal status J2 that lasts longer than the law allows.
select 'episode' as table_id, row_id from status_run where legal_status_code = 'J2' and run_days > police_custody_days()
