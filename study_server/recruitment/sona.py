"""SONA Systems: its links and the address that grants credit. Pure.

Source: sona-systems.com, External Study Credit Granting.
"""

from study_server.recruitment.platform import Platform

SONA = Platform(
    title="SONA",
    parameters={"participant_id": ("survey_code", "sona_id", "id")},
    link_suffix="?survey_code=%SURVEY_CODE%",
    needs_return_url=True,
    return_hint=(
        "it is the client-side completion URL on SONA's page of the study, its last "
        "value replaced: https://SCHOOL.sona-systems.com/webstudy_credit.aspx?"
        "experiment_id=N&credit_token=HEX&survey_code={survey_code}"
    ),
    pays_by_return=True,
    complete_states=("granted", "credit granted", "participated"),
    columns={
        "participant_id": ("survey code", "id code", "survey id"),
        "status": ("credit status", "status", "participation"),
    },
)
