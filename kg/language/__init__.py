"""The spaCy pipeline that reads Chinese child-protection news."""
