// What is counted, and how it is written for Prometheus (text exposition format 0.0.4). Every name is documented in
// docs/manual/metrics.md. Nothing here is global, and nothing is safe between threads: the loop's thread counts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tocsin {

/// Counts by the values of some labels. The values must come from small sets of our own words.
class LabelledCounter {
public:
    void add(std::initializer_list<std::string_view> values, std::uint64_t amount = 1);
    [[nodiscard]] const std::map<std::vector<std::string>, std::uint64_t>& counts() const { return counts_; }

private:
    std::map<std::vector<std::string>, std::uint64_t> counts_;
};

/// How often a value was at most each bound; as Prometheus wants it, the counts are cumulative when they are written.
class Histogram {
public:
    /// Rising; the bucket +Inf is added.
    explicit Histogram(std::span<const double> bounds) : bounds_(bounds), counts_(bounds.size() + 1) {}
    void observe(double value);
    [[nodiscard]] std::span<const double> bounds() const { return bounds_; }
    [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
    [[nodiscard]] double sum() const { return sum_; }

private:
    std::span<const double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

enum class MetricType { counter, gauge, histogram };

/// A page of metrics. A family begins with its name, type and help; its samples follow.
class MetricsText {
public:
    using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

    void family(std::string_view name, MetricType type, std::string_view help);
    void sample(Labels labels, std::uint64_t value);
    void sample(Labels labels, double value);
    /// A family of one sample without labels.
    void counter(std::string_view name, std::string_view help, std::uint64_t value);
    void gauge(std::string_view name, std::string_view help, double value);
    void counter(std::string_view name, std::string_view help, std::initializer_list<std::string_view> labels,
                 const LabelledCounter& values);
    void histogram(std::string_view name, std::string_view help, const Histogram& values);
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
    std::string name_;
};

}  // namespace tocsin
