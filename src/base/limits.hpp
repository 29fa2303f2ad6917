// Every limit of the house, with its reason: one file for each room below limits/. Reaching one is a named outcome with a test,
// never silence and never "clean". Users include this file.
#pragma once

#include "base/limits/authentication.hpp"
#include "base/limits/banner.hpp"
#include "base/limits/cli.hpp"
#include "base/limits/config.hpp"
#include "base/limits/gate.hpp"
#include "base/limits/mail.hpp"
#include "base/limits/reader.hpp"
#include "base/limits/rules.hpp"
#include "base/limits/scan.hpp"
#include "base/limits/store.hpp"
