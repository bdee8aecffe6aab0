-- grain: as int_episodes__judged; under the policy each row is kept, with its end and a tag, or set aside with a tag
with

judged as (
    select * from {{ ref('int_episodes__judged') }}
),

{{ decided_under(repair_policy()) }}

select * from int_episodes__decided
