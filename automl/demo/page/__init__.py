"""The page itself: HTML, a style sheet and JavaScript modules, copied as they are."""
