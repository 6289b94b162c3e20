#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "process.h"

namespace mana::program {

/// It ended with this status and one sentence, in which this stands, and nothing else.
inline void expect_refusal(const Outcome& outcome, int status, const std::string& sentence) {
  EXPECT_EQ(outcome.status, status);
  EXPECT_THAT(outcome.errors, testing::AllOf(testing::StartsWith("mana: "), testing::HasSubstr(sentence)));
  EXPECT_EQ(lines_of(outcome.errors).size(), 1U) << outcome.errors;
  EXPECT_THAT(outcome.output, testing::IsEmpty());
}

}  // namespace mana::program
