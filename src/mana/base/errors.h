#pragma once

#include <stdexcept>

namespace mana {

/// What every function of the library throws. The message is one sentence: what is wrong, where, and what to do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The caller asked for something that cannot be (a bad option, an empty argument, a name that does not exist).
class ArgumentError : public Error {
 public:
  using Error::Error;
};

/// A file, folder or connection could not be opened, read or written.
class IoError : public Error {
 public:
  using Error::Error;
};

/// What was read is not what it should be: a malformed file, a wrong shape, a type that does not fit.
class FormatError : public Error {
 public:
  using Error::Error;
};

/// The work was cancelled from outside before it was done.
class Cancelled : public Error {
 public:
  using Error::Error;
};

}  // namespace mana
