#include "mana/nn/trained_parts.h"

#include <gtest/gtest.h>

#include "mana/nn/embedding.h"
#include "mana/nn/linear.h"

namespace mana::nn {
namespace {

class TrainedPartsTest : public testing::Test {
 protected:
  TrainedPartsTest() { shared_.sparse = alone_.sparse = true; }

  EmbeddingTable table_, other_;
  Linear linear_;
  Parameter shared_, alone_;
  TrainedParts parts_;
};

TEST_F(TrainedPartsTest, ATableThatIsOnlyLookedUpStaysSparse) {
  parts_.add(table_, {&alone_});
  EXPECT_TRUE(parts_.of(table_).table->sparse);
}

TEST_F(TrainedPartsTest, ATableThatIsMultipliedTooIsDense) {
  parts_.add(table_, {&shared_});
  parts_.add(other_, {&alone_});
  parts_.add(linear_, {.weights = {&shared_}, .biases = {}});
  EXPECT_FALSE(shared_.sparse);
  EXPECT_TRUE(alone_.sparse);
}

TEST_F(TrainedPartsTest, WhicheverComesFirst) {
  parts_.add(linear_, {.weights = {&shared_}, .biases = {}});
  shared_.sparse = true;
  parts_.add(table_, {&shared_});
  EXPECT_FALSE(shared_.sparse);
}

}  // namespace
}  // namespace mana::nn
