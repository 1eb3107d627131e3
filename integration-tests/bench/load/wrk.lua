-- For wrk: what a request looks like beyond its path, and the result as one line of JSON that the driver reads.
--   wrk ... -s wrk.lua URL -- [post BYTES | pipeline DEPTH | routes COUNT]

function init(args)
  local shape = args[1]
  if shape == "post" then
    wrk.method = "POST"
    wrk.body = string.rep("x", tonumber(args[2]))
  end
  if shape == "pipeline" then
    local together = string.rep(wrk.format(), tonumber(args[2]))
    request = function() return together end
  elseif shape == "routes" then
    rotate(tonumber(args[2]))
  end
end

-- Requests that meet 256 of the routes in turn, spread over all of them; see routes.py for what route n answers to.
function rotate(count)
  local requests = {}
  for i = 0, 255 do
    local n = math.floor(i * count / 256)
    wrk.headers["Host"] = "h" .. n % 100 .. ".example"
    requests[i] = wrk.format("GET", "/r" .. n .. "/items/42")
  end
  local i = 0
  request = function()
    i = (i + 1) % 256
    return requests[i]
  end
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"units": %d, "seconds": %.6f, "bytes": %d, "errors": %d, "p50": %.1f, "p99": %.1f, "p999": %.1f, "max": %.1f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
end
