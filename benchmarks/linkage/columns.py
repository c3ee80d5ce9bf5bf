"""The columns of a record set; README.md says what they hold."""

RECORD_COLUMNS = (
    "source", "partner", "record_id", "last_name", "first_name", "birth_date", "sex",
    "nhs_number", "upn", "former_upn", "nino", "social_care_id", "education_id", "postcode",
)  # fmt: skip
REQUIRED_COLUMNS = RECORD_COLUMNS[:6]
TRUTH_COLUMNS = ("partner", "record_id", "true_person_id")
SOURCES = ("housing", "csc", "asc", "edu")
