"""Faults of commands."""

import faults_of_own_stages as own
from fault_places import in_own_stage

INJECTIONS = {
    "build-without-development-dependencies": in_own_stage(own.build_for_production),
    "cache-busting-argument": in_own_stage(own.early_argument),
    "cache-busting-copy": in_own_stage(own.early_sources),
    "defeated-cache-mount": in_own_stage(own.cache_of_nothing),
    "dependencies-left-behind": in_own_stage(own.second_download),
    "development-package-in-final-stage": in_own_stage(own.headers_in_image, last=True),
    "dummy-sources": in_own_stage(own.older_sources),
    "early-platform-argument": in_own_stage(own.early_platform),
    "packages-added-in-build": in_own_stage(own.nothing_added),
    "project-install-before-sources": in_own_stage(own.project_without_sources),
    "repeated-entrypoint": in_own_stage(own.started_twice),
    "unwritable-files": in_own_stage(own.writing_as_user),
}
