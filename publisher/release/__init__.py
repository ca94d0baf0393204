"""Third stage: approved sources → a folder that never changes again."""
