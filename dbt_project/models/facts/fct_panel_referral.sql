-- grain: one row per authority, child, quarter and placement of the 12 months to its end that the panel considered
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

referrals as (
    {{- union_returns('panel_referral', [
        'child_id', 'panel_placement_date', 'referral_kind_code', 'panel_outcome_code', 'placement_need_reason_code'
    ]) }}
),

considered as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        referrals.child_id,
        referrals.panel_placement_date,
        max(referrals.referral_kind_code) as referral_kind_code,
        max(referrals.panel_outcome_code) as panel_outcome_code,
        max(referrals.placement_need_reason_code) as placement_need_reason_code
    from referrals
    inner join submissions on referrals.submission_id = submissions.submission_id
    where
        referrals.child_id is not null
        and referrals.panel_placement_date
        between {{ add_days('submissions.period_end_date', -364) }} and submissions.period_end_date
    group by
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        referrals.child_id,
        referrals.panel_placement_date
),

fct_panel_referral as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        coalesce(referral_kind_code in ('OUT', 'BOTH'), false) as is_out_of_area,
        coalesce(panel_outcome_code = 'BEFORE', false) as is_approved_before,
        coalesce(panel_outcome_code = 'EMERGENCY', false) as is_emergency_in_time,
        coalesce(panel_outcome_code = 'NOTMET', false) as is_requirement_not_met,
        coalesce(referral_kind_code in ('RES', 'BOTH'), false) as is_agency_residential,
        coalesce(placement_need_reason_code = 'NOFOST', false) as is_for_want_of_foster_placement
    from considered
)

select * from fct_panel_referral
