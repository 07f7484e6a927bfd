console.log('ESCAPED: the hook ran');
