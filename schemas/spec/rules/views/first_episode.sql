-- The earliest episode of each child this period.
select * from (
    select *, row_number() over (partition by child_id order by episode_start_date, row_id) as place
    from episode where episode_start_date is not null
) e where place = 1
