"""`tocsin operator`: the controller in a cluster, or beside one."""

from __future__ import annotations

import argparse
import asyncio
import logging
import resource
import sys
from pathlib import Path

from tocsin.adapters.config_file import ConfigFileError, load_config
from tocsin.adapters.credentials import CredentialsError
from tocsin.adapters.promql_worker import ParserUnavailableError
from tocsin.adapters.web import ListenError, parse_listen
from tocsin.api.config import OperatorConfig
from tocsin.handlers.logs import FORMATS, LEVELS, configure_logging
from tocsin.handlers.wiring import Options, serve

LOG = logging.getLogger("tocsin")
DESCRIPTION = "run the operator"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="the operator's configuration, a YAML file"
    )
    parser.add_argument(
        "--listen",
        metavar="HOST:PORT",
        default=":8080",
        help="where /healthz, /readyz and /metrics are served (default: %(default)s)",
    )
    parser.add_argument(
        "--kubeconfig",
        metavar="FILE",
        type=Path,
        help="how to reach the cluster (default: KUBECONFIG, the pod's service account, "
        "~/.kube/config)",
    )
    parser.add_argument(
        "--namespace",
        metavar="NAME",
        action="append",
        default=[],
        help="watch this namespace alone; may be repeated (default: watchNamespaces of the "
        "configuration, and all where it names none)",
    )
    parser.add_argument("--log-level", choices=LEVELS, default="info")
    parser.add_argument("--log-format", choices=FORMATS, default="text")


def run(args: argparse.Namespace) -> int:
    """Run until SIGTERM; 0: ended as asked, 1: a part failed, 2: bad arguments or configuration."""
    try:
        host, port = parse_listen(args.listen)
        config = OperatorConfig() if args.config is None else load_config(args.config)
    except (ListenError, ConfigFileError) as error:
        print(error, file=sys.stderr)  # noqa: T201 before logging is set up
        return 2
    if args.namespace:
        config = config.model_copy(update={"watch_namespaces": tuple(args.namespace)})
    configure_logging(args.log_level, args.log_format)
    # A core dump would hold every Secret that was read.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        asyncio.run(serve(config, Options(args.kubeconfig, host, port)))
    except (CredentialsError, ListenError, ParserUnavailableError) as error:
        LOG.error("%s", error)  # noqa: TRY400 the message says all there is to do
        return 1
    except Exception as error:
        LOG.exception("a part of the operator failed: %s", type(error).__name__)
        return 1
    return 0
