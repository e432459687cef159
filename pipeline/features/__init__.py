"""What was known before kick-off: ratings, form, rest, market."""
