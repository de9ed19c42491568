#include <stdio.h>

int main(void)
{
    puts("compiled C");
    return 0;
}
