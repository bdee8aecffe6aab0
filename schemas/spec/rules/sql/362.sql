-- Every episode of a run of legal status L2 that lasts longer than the law allows.
select 'episode' as table_id, row_id from status_run where legal_status_code = 'L2' and run_days > emergency_order_days()
