#include "base/metrics.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/assert.hpp"

namespace tocsin {

namespace {

std::string_view to_string(MetricType type) {
    switch (type) {
        case MetricType::counter: return "counter";
        case MetricType::gauge: return "gauge";
        case MetricType::histogram: break;
    }
    return "histogram";
}

/// Backslash, line feed and, in a label, the quote are escaped.
std::string escaped(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\\' || c == '"') out.push_back('\\');
        if (c == '\n')
            out += "\\n";
        else
            out.push_back(c);
    }
    return out;
}

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
    return fmt::format("{}", value);
}

}  // namespace

void LabelledCounter::add(std::initializer_list<std::string_view> values, std::uint64_t amount) {
    counts_[std::vector<std::string>(values.begin(), values.end())] += amount;
}

void Histogram::observe(double value) {
    const auto bound = std::ranges::lower_bound(bounds_, value);
    ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
    sum_ += value;
}

void MetricsText::family(std::string_view name, MetricType type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, to_string(type));
}

void MetricsText::sample(Labels labels, double value) {
    text_ += name_;
    char before = '{';
    for (const auto& [name, label] : labels) {
        text_ += fmt::format("{}{}=\"{}\"", before, name, escaped(label));
        before = ',';
    }
    text_ += fmt::format("{} {}\n", before == ',' ? "}" : "", number(value));
}

void MetricsText::sample(Labels labels, std::uint64_t value) {
    sample(labels, static_cast<double>(value));
}

void MetricsText::counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, MetricType::counter, help);
    sample({}, value);
}

void MetricsText::gauge(std::string_view name, std::string_view help, double value) {
    family(name, MetricType::gauge, help);
    sample({}, value);
}

void MetricsText::counter(std::string_view name, std::string_view help,
                          std::initializer_list<std::string_view> labels, const LabelledCounter& values) {
    family(name, MetricType::counter, help);
    for (const auto& [key, count] : values.counts()) {
        ASSERT(key.size() == labels.size(), "every label has a value");
        text_ += name_;
        char before = '{';
        std::size_t index = 0;
        for (std::string_view label : labels) {
            text_ += fmt::format("{}{}=\"{}\"", before, label, escaped(key[index++]));
            before = ',';
        }
        text_ += fmt::format("}} {}\n", count);
    }
}

void MetricsText::histogram(std::string_view name, std::string_view help, const Histogram& values) {
    family(name, MetricType::histogram, help);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < values.counts().size(); ++i) {
        total += values.counts()[i];
        const std::string bound = i < values.bounds().size() ? number(values.bounds()[i]) : "+Inf";
        text_ += fmt::format("{}_bucket{{le=\"{}\"}} {}\n", name, bound, total);
    }
    text_ += fmt::format("{}_sum {}\n{}_count {}\n", name, number(values.sum()), name, total);
}

}  // namespace tocsin
