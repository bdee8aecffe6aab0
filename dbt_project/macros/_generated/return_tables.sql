{# generated from schemas/spec by `python -m schemas build`; do not edit #}
{% macro return_tables() %}
{{ return({
    "lac_census": [
        "child",
        "episode",
        "uasc",
        "review",
        "adoption",
        "placed_adoption",
        "care_leaver",
        "missing"
    ],
    "quarterly_export": [
        "child",
        "episode",
        "review",
        "care_leaver",
        "visit",
        "allocation",
        "plan",
        "profile",
        "panel_referral",
        "carer_capacity",
        "notification",
        "care_and_support"
    ],
    "ssda903": [
        "child",
        "episode",
        "uasc",
        "review",
        "adoption",
        "care_leaver"
    ]
}) }}
{% endmacro %}
