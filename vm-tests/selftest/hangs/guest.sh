#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The scenario never comes to an end.
sleep 3600
