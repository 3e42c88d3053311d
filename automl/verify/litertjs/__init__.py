"""LiteRT.js: TFLite files in a page. Its packages are fetched by the lockfile here."""
