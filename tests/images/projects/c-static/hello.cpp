#include <cstdio>

int main()
{
    puts("hello of C++");
}
