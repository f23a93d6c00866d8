"""What the tests of models by name have read, with torch and without."""

from nlp.company import Company

COMPANY = Company(name="Open Infra", operators=("Telia",))
TEXTS = [
    "Open Infra tar betalt för drift och underhåll, helt sjukt!",
    "Tack Open Infra för snabb hjälp med fibern",
    "Någon som vet när de gräver på vår gata?",
    "ja",
    "avgift " * 300,
]
