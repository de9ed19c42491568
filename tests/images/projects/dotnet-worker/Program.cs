Console.WriteLine("works");
