int main(void)
{
    puts("the C program runs");
}
