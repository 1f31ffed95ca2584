"""Alembic's entry point: runs on the connection :func:`jixiao.store.db.migrate` hands over."""

from alembic import context

from jixiao.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
