-- SPDX-License-Identifier: Apache-2.0
-- Sends the key that a file holds, and ends with one line of JSON. With `close` each request has a
-- connection of its own. wrk FLAGS URL -- KEY-FILE keep-alive|close
function init(arguments)
  local file = assert(io.open(arguments[1]))
  wrk.headers["X-Api-Key"] = file:read("*l")
  file:close()
  if arguments[2] == "close" then wrk.headers["Connection"] = "close" end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"seconds":%.6f,"p50_us":%.1f,"p99_us":%.1f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
