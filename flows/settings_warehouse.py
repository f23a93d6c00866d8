"""The section of the configuration file that says where the tables are: in a file, or in a lake that machines share."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from flows.section import Section

POSTGRES = "postgres:"
BUCKET = "s3://"


class Warehouse(Section):
    """Where the tables are. None of the two: in `warehouse.duckdb` under the data folder."""

    catalog: Annotated[str, Field(min_length=1)] | None = None
    """`postgres:` and how libpq reaches the database that keeps a DuckLake's catalog; the password is PGPASSWORD's."""
    lake: Annotated[str, Field(min_length=1)] | None = None
    """Folder of the lake's files, the same for every machine, or `s3://bucket/folder`; none: `lake` under the data
    folder."""

    @field_validator("catalog")
    @classmethod
    def _spoken(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(POSTGRES):
            raise ValueError("write it like postgres:dbname=ryktesvakt host=db.example user=ryktesvakt")
        if value is not None and "password" in value.lower():
            raise ValueError("holds a password; leave it out here and set PGPASSWORD, or use a .pgpass file")
        return value

    @property
    def is_in_bucket(self) -> bool:
        """Whether the lake's files are in an object store."""
        return bool(self.catalog and self.lake and self.lake.startswith(BUCKET))

    @property
    def address(self) -> str | None:
        """How libpq reaches the catalog."""
        return self.catalog.removeprefix(POSTGRES).strip() if self.catalog else None
