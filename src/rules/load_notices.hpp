// What loading met and went on from: it must be told, and must not drown everything else.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"

namespace tocsin::rules {

struct LoadNotice {
    std::string path;
    std::size_t line = 0;  ///< 0: about the file as a whole
    std::string message;
};

/// Up to limits::load_notices of them; the others are counted.
class LoadNotices {
public:
    void add(std::string path, std::size_t line, std::string message) {
        if (kept_.size() < limits::load_notices)
            kept_.push_back({std::move(path), line, std::move(message)});
        else
            ++left_out_;
    }
    void add_all(const LoadNotices& others) {
        for (const LoadNotice& one : others.kept_) add(one.path, one.line, one.message);
        left_out_ += others.left_out_;
    }
    [[nodiscard]] const std::vector<LoadNotice>& kept() const { return kept_; }
    /// For a log: what was kept, and, where some were left out, one more that says how many.
    [[nodiscard]] std::vector<LoadNotice> told() const {
        std::vector<LoadNotice> out = kept_;
        if (left_out_ > 0) out.push_back({"", 0, std::to_string(left_out_) + " more of this kind"});
        return out;
    }
    [[nodiscard]] std::size_t left_out() const { return left_out_; }

private:
    std::vector<LoadNotice> kept_;
    std::size_t left_out_ = 0;
};

}  // namespace tocsin::rules
