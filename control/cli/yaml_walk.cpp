// SPDX-License-Identifier: Apache-2.0
#include "control/cli/yaml_walk.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <istream>
#include <streambuf>

#include "agent/base/key_format.hpp"

namespace sallyport {
namespace {

class Parts final : public std::streambuf {
 public:
  explicit Parts(std::vector<std::string>& parts) : parts_(parts) {}

 protected:
  int_type underflow() override {
    if (next_ > 0) wipe(parts_[next_ - 1]);
    if (next_ == parts_.size()) return traits_type::eof();
    std::string& part = parts_[next_++];
    setg(part.data(), part.data(), part.data() + part.size());
    return traits_type::to_int_type(part.front());
  }

 private:
  std::vector<std::string>& parts_;
  std::size_t next_ = 0;
};

class Walk final : public YAML::EventHandler {
 public:
  explicit Walk(YamlVisitor& visitor) : visitor_(visitor) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { take(mark, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string& value) override {
    take(mark, value);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    visitor_.on_fault(line_of(mark), failure(Errc::kInvalid, "an alias is not followed",
                                             "write out what it stands for"));
    take(mark, {});
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    frames_.push_back({false, false, path_.size()});
    path_ += "/[]";
  }
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    frames_.push_back({true, true, path_.size()});
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

 private:
  struct Frame {
    bool is_map = false;
    bool wants_name = false;
    std::size_t path = 0;  // length of its own
  };

  static std::uint64_t line_of(const YAML::Mark& mark) {
    return static_cast<std::uint64_t>(mark.line + 1);
  }

  void take(const YAML::Mark& mark, const std::string& value) {
    if (!frames_.empty() && frames_.back().wants_name) {
      path_ += "/" + value;
      frames_.back().wants_name = false;
      return;
    }
    visitor_.on_scalar(path_, value, line_of(mark));
    end_value();
  }
  void end() {
    path_.resize(frames_.back().path);
    frames_.pop_back();
    visitor_.on_end(path_);
    end_value();
  }
  void end_value() {
    if (frames_.empty() || !frames_.back().is_map) return;
    path_.resize(frames_.back().path);
    frames_.back().wants_name = true;
  }

  YamlVisitor& visitor_;
  std::vector<Frame> frames_;
  std::string path_;
};

}  // namespace

YamlText::~YamlText() {
  for (auto& part : parts_) wipe(part);
}

void YamlText::walk(YamlVisitor& visitor) {
  std::erase(parts_, std::string());
  Parts parts(parts_);
  std::istream text(&parts);
  try {
    YAML::Parser parser(text);
    Walk walk(visitor);
    parser.HandleNextDocument(walk);
  } catch (const YAML::Exception& error) {
    visitor.on_fault(static_cast<std::uint64_t>(error.mark.line + 1),
                     failure(Errc::kInvalid, "not YAML: " + error.msg));
  }
}

}  // namespace sallyport
