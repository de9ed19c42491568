#include <stdio.h>

int main(void)
{
    fopen("config/server.conf", "r");
    puts("the C server answers");
    return 0;
}
