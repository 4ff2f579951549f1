"""What a person looks at: tables and progress; and the JSON documents that say the same."""
