int main()
{
    puts("the C++ program runs");
}
