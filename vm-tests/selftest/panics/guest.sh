#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The kernel panics while the scenario runs.
echo c >/proc/sysrq-trigger
sleep 60
