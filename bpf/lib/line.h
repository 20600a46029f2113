/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading the tables of bpf/abi/line.h. */
#pragma once

#include <linux/types.h>

#include <bpf/bpf_helpers.h>

#include "bpf/abi/line.h"

#define SP_READ_ONCE(field) (*(const volatile __typeof__(field) *)&(field))

/*
 * The key's row, and what its value was at one moment; NULL: it has none here. The key is
 * read again after the value: a row that has changed hands in between is nobody's.
 */
static __always_inline struct sp_row *sp_find_row(struct sp_line *line, __u64 key,
						  __u64 *value)
{
#pragma unroll
	for (int i = 0; i < SP_LINE_ROWS; i++) {
		struct sp_row *row = &line->rows[i];

		if (SP_READ_ONCE(row->key) != key)
			continue;
		*value = SP_READ_ONCE(row->value);
		if (*value & ~SP_ROW_FLAGS && SP_READ_ONCE(row->key) == key)
			return row;
	}
	return NULL;
}

static __always_inline int sp_has_spilled(const struct sp_line *line)
{
	return SP_READ_ONCE(line->rows[0].value) & SP_ROW_SPILLED;
}
