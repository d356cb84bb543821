#include "CBuild.h"

// Scripts/with-commit.sh puts this file here for the time of a build; a build without it knows no commit.
#if __has_include("built_commit.h")
#include "built_commit.h"
#else
#define SE_EVAL_COMMIT ""
#endif

int se_eval_commit_byte(int index) {
  static const char commit[] = SE_EVAL_COMMIT;
  return index >= 0 && index < (int)sizeof(commit) ? (unsigned char)commit[index] : 0;
}
