#include <mana/mana.h>

#include <iostream>

// Links the whole engine, and sees its typed errors arrive on this side.
int main() {
  try {
    mana::engine::Encoder encoder("no/such/model");
  } catch (const mana::IoError& error) {
    std::cout << error.what() << '\n';
    return std::string(error.what()).find("no/such/model") == std::string::npos;
  }
  return 1;
}
