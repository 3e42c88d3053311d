"""One rewrite per file: operators TF.js lacks, gets wrong or runs faster in another form."""
