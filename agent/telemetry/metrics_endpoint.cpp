// SPDX-License-Identifier: Apache-2.0
#include "agent/telemetry/metrics_endpoint.hpp"

#include <prometheus/collectable.h>
#include <prometheus/exposer.h>

#include <exception>
#include <utility>

namespace sallyport {
namespace {

class Page final : public prometheus::Collectable {
 public:
  explicit Page(MetricsEndpoint::Write write) : write_(std::move(write)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    MetricsPage page;
    write_(page);
    return std::move(page).take();
  }

 private:
  const MetricsEndpoint::Write write_;
};

class Exposed final : public MetricsEndpoint {
 public:
  Exposed(const std::string& endpoint, Write write)
      : page_(std::make_shared<Page>(std::move(write))), exposer_(endpoint) {
    exposer_.RegisterCollectable(page_);
  }

 private:
  const std::shared_ptr<Page> page_;
  prometheus::Exposer exposer_;  // gone first: it waits for its threads
};

std::string endpoint_of(const Address& address, std::uint16_t port) {
  const std::string text = address.to_string();
  return (address.is_v4() ? text : "[" + text + "]") + ":" + std::to_string(port);
}

}  // namespace

Result<std::unique_ptr<MetricsEndpoint>> MetricsEndpoint::open(const Address& address,
                                                               std::uint16_t port, Write write) {
  const std::string endpoint = endpoint_of(address, port);
  try {
    return std::unique_ptr<MetricsEndpoint>(new Exposed(endpoint, std::move(write)));
  } catch (const std::exception&) {  // the library does not know more
    return failure(Errc::kUnavailable, "cannot serve metrics on " + endpoint,
                   "`ss -ltnp 'sport = :" + std::to_string(port) +
                       "'` shows who has the port, `ip addr` this host's addresses; set another "
                       "`metrics: {listen: …}`");
  }
}

}  // namespace sallyport
