"""OpenLineage: what each task reads and makes, from the assets its DAG declares, and nothing else.

Airflow's provider also sends the tasks' source, error messages, paths, configuration and names of runs: any of them may hold
what people typed. Only the facets listed here pass, and events that link nothing are dropped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.providers.openlineage.extractors.base import BaseExtractor, OperatorLineage
from openlineage.client.event_v2 import Dataset, RunEvent
from openlineage.client.transport.transform import EventTransformer

if TYPE_CHECKING:
    from openlineage.client.client import Event

NAMESPACE = "saisines"
RUN_FACETS = {"parent", "processing_engine"}
JOB_FACETS = {"jobType"}


class Declared(BaseExtractor):
    """Gives the inlets and outlets of a task as datasets: Airflow itself knows no dataset behind our own scheme."""

    @classmethod
    def get_operator_classnames(cls) -> list[str]:
        """The operator of `@task`."""
        return ["_PythonDecoratedOperator"]

    def _execute_extraction(self) -> OperatorLineage[Any, Any]:
        return OperatorLineage(inputs=_datasets(self.operator.inlets), outputs=_datasets(self.operator.outlets))


class Bare(EventTransformer):
    """Lets pass what links jobs and datasets, and no more."""

    def transform(self, event: Event) -> Event | None:
        """The event without the facets that are not listed; None when it links nothing."""
        if not isinstance(event, RunEvent) or not (event.inputs or event.outputs):
            return None
        event.run.facets = {name: facet for name, facet in (event.run.facets or {}).items() if name in RUN_FACETS}
        event.job.facets = {name: facet for name, facet in (event.job.facets or {}).items() if name in JOB_FACETS}
        return event


def _datasets(assets: list[Any]) -> list[Dataset]:
    return [Dataset(namespace=NAMESPACE, name=asset.name) for asset in assets]
