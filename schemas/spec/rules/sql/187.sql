-- Looked after without a break through the whole period, yet with care leaver or adoption information.
select 'care_leaver' as table_id, row_id from care_leaver
where coalesce(in_touch_code, activity_code, accommodation_code) is not null
    and child_id in (select child_id from continuous_child)
union all
select 'adoption', row_id from adoption
where coalesce(adoption_decision_date_raw, adoption_match_date_raw, foster_carer_adopter_code, n_adopters_code,
        adopters_sex_code, adopters_legal_status_code) is not null
    and child_id in (select child_id from continuous_child)
