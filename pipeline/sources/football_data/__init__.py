"""The feed of football-data.co.uk and of every world written in its format: parser, grammar and links."""
