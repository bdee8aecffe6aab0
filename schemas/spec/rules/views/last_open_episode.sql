-- The newest episode of each child in the period before, where it was still open.
select * from (
    select *, row_number() over (partition by child_id order by episode_start_date desc, row_id desc) as place
    from last_episode where episode_start_date is not null
) e where place = 1 and episode_end_date is null
