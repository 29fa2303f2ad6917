// The text that Prometheus reads.
#include "base/metrics.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace tocsin;

TEST_CASE("counters, gauges and labels in the text format 0.0.4") {
    MetricsText page;
    page.counter("a_total", "All of them.", 3);
    page.gauge("b", "Now.", 0.5);
    LabelledCounter counter;
    counter.add({"x", "one"});
    counter.add({"x", "one"}, 4);
    counter.add({"x", "a\"b\\c\nd"});
    page.counter("c_total", "By kind.", {"kind", "name"}, counter);
    page.family("d", MetricType::gauge, "Not there.");
    page.sample({{"why", "unknown"}}, std::numeric_limits<double>::quiet_NaN());
    CHECK(page.text() == "# HELP a_total All of them.\n# TYPE a_total counter\na_total 3\n"
                         "# HELP b Now.\n# TYPE b gauge\nb 0.5\n"
                         "# HELP c_total By kind.\n# TYPE c_total counter\n"
                         "c_total{kind=\"x\",name=\"a\\\"b\\\\c\\nd\"} 1\n"
                         "c_total{kind=\"x\",name=\"one\"} 5\n"
                         "# HELP d Not there.\n# TYPE d gauge\nd{why=\"unknown\"} NaN\n");
}

TEST_CASE("a family without samples still has its type") {
    MetricsText page;
    page.counter("none_total", "Nothing yet.", {"kind"}, LabelledCounter());
    CHECK(page.text() == "# HELP none_total Nothing yet.\n# TYPE none_total counter\n");
}

TEST_CASE("a histogram's buckets are cumulative and include their bound") {
    constexpr double bounds[] = {0.25, 0.5, 1};
    Histogram values(bounds);
    for (double value : {0.125, 0.25, 0.375, 1.0, 7.0}) values.observe(value);
    MetricsText page;
    page.histogram("h_seconds", "How long.", values);
    CHECK(page.text() == "# HELP h_seconds How long.\n# TYPE h_seconds histogram\n"
                         "h_seconds_bucket{le=\"0.25\"} 2\nh_seconds_bucket{le=\"0.5\"} 3\n"
                         "h_seconds_bucket{le=\"1\"} 4\nh_seconds_bucket{le=\"+Inf\"} 5\n"
                         "h_seconds_sum 8.75\nh_seconds_count 5\n");
}
