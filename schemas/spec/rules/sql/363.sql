-- Every episode of a run of legal status L3 that lasts longer than the law allows.
select 'episode' as table_id, row_id from status_run where legal_status_code = 'L3' and run_days > assessment_order_days()
