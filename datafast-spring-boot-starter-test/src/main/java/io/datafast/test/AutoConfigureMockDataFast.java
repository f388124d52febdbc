/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Lets the application under test send its goals to a {@link MockDataFast} rather than to
 * the real DataFast.
 *
 * <pre class="code">
 * &#064;SpringBootTest
 * &#064;AutoConfigureMockDataFast
 * class NewsletterTests {
 *
 *     &#064;Autowired
 *     MockDataFast mockDataFast;
 *
 *     &#064;Test
 *     void recordsSignup() {
 *         // sign up, then
 *         assertThat(this.mockDataFast).received("newsletter_signup").forVisitor("visitor-1");
 *     }
 *
 * }
 * </pre>
 *
 * <p>
 * A mock is started for each application context. It is a bean that can be injected, and
 * it is closed after the application's own beans are destroyed, so that goals sent on
 * shutdown still arrive. The properties {@code datafast.base-url},
 * {@code datafast.api-key} and {@code datafast.enabled} are set to use it, above all
 * other property sources.
 *
 * <p>
 * The mock is {@linkplain MockDataFast#reset() reset} before each test method, and before
 * the methods that prepare it, unless another test method is using it. Goals are sent in
 * the background: a test that does not wait for the goals it causes can leave them to the
 * test after it. Methods that run in parallel on one context need a visitor of their own
 * each, see {@link MockDataFastAssert#forVisitor(String)}.
 *
 * <p>
 * In a test slice of Spring Boot, such as {@code @DataJpaTest}, the annotation brings
 * tracking with it, from memory also where the application delivers through its database.
 *
 * <p>
 * The annotation works on any test class that Spring's test framework runs. It is
 * inherited from superclasses, implemented interfaces and enclosing classes, and can be
 * used as a meta-annotation.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
public @interface AutoConfigureMockDataFast {

}
