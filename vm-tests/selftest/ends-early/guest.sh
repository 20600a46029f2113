#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The machine is off before the scenario is over.
echo o >/proc/sysrq-trigger
sleep 60
