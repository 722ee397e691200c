"""
Tocsin itself as a running part: installed as it is shipped, started as users start it.

``install`` applies the CRDs and the RBAC objects of ``manifests/install.yaml``, and nothing that
is not shipped. ``RunningOperator`` runs ``tocsin operator`` as a process that knows no identity
but its own service account's. Demo, integration tests and measurements stand on it; it may import
``tests.cluster``, and nothing of the package ``tocsin``.
"""

from tests.running.configuration import NAMESPACE, SERVICE_ACCOUNT
from tests.running.install import install, installed_documents, load_documents
from tests.running.operator_process import USER, RunningOperator

__all__ = [
    "NAMESPACE",
    "SERVICE_ACCOUNT",
    "USER",
    "RunningOperator",
    "install",
    "installed_documents",
    "load_documents",
]
